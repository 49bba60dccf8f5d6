package names

known := {"alpine", "busybox"}
