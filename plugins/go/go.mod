module callbox-plugins

go 1.27.1
