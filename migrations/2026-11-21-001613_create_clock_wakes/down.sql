DROP TABLE clock_wakes;
