DROP INDEX clocks_of_promises;
DROP TABLE promises;
DELETE FROM clocks WHERE kind = 'promise';
DELETE FROM activities WHERE kind IN ('promised', 'promise_moved', 'promise_dropped');
