DROP TABLE supervisor_channels;
