DROP TABLE pace_lines;
