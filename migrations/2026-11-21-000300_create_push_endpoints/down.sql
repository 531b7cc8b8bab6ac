DROP TABLE push_endpoints;
