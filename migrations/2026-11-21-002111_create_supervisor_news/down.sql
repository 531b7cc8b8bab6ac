DROP TABLE supervisor_news;
