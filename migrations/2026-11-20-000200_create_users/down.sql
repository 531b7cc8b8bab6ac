DROP TABLE sign_in_names;
DROP TABLE users;
