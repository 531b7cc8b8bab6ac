//! The server's half of `users`.

pub mod accounts;
pub mod forms;
pub mod own_password;
pub mod password;
pub mod people;
pub mod sign_in;
pub mod staff;
pub mod workspace;
