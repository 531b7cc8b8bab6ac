DROP TABLE seller_accounts;
DROP TABLE sellers;
