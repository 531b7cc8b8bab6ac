DROP TABLE article_versions;
