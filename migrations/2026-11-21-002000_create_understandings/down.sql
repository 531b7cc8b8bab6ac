DROP TABLE understandings;
