module callbox

go 1.27.1
