module callbox

go 1.27
