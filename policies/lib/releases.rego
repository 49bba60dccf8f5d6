# Tables: releases
package plimline.lib

# When Go's minor releases came (go.dev/doc/devel/release), as of 2026-11. A release is supported until the second one after it.
go_releases := {
	11: "2018-08", 12: "2019-02", 13: "2019-09", 14: "2020-02", 15: "2020-08", 16: "2021-02", 17: "2021-08", 18: "2022-03",
	19: "2022-08", 20: "2023-02", 21: "2023-08", 22: "2024-02", 23: "2024-08", 24: "2025-02", 25: "2025-08", 26: "2026-02",
	27: "2026-08",
}

# The glibc that distributions have, as of 2026-11.
glibc_of := {
	"stretch": 24, "9": 24,
	"buster": 28, "10": 28,
	"bullseye": 31, "11": 31,
	"bookworm": 36, "12": 36,
	"trixie": 41, "13": 41,
}

glibc_of_ubuntu := {"18.04": 27, "bionic": 27, "20.04": 31, "focal": 31, "22.04": 35, "jammy": 35, "24.04": 39, "noble": 39}

# 2.x of the glibc in an image, by its name.
glibc(image) := glibc_of[regex.find_n(`stretch|buster|bullseye|bookworm|trixie`, image.tag, 1)[0]] if {
	image.familiar in {"golang", "debian", "buildpack-deps"}
} else := glibc_of[regex.find_n(`^[0-9]+`, image.tag, 1)[0]] if {
	image.familiar == "debian"
} else := glibc_of_ubuntu[regex.find_n(`^([0-9]+\.[0-9]+|[a-z]+)`, image.tag, 1)[0]] if {
	image.familiar == "ubuntu"
} else := glibc_of[trim_prefix(regex.find_n(`debian[0-9]+$`, image.name, 1)[0], "debian")] if {
	contains(image.repository, "distroless/")
} else := {"7": 17, "8": 28}[regex.find_n(`^[0-9]+`, image.tag, 1)[0]] if {
	image.familiar == "centos"
} else := {"2": 26, "2023": 34}[regex.find_n(`^[0-9]+`, image.tag, 1)[0]] if {
	image.familiar == "amazonlinux"
} else := {"ubi8": 28, "ubi9": 34}[regex.find_n(`ubi[0-9]`, image.repository, 1)[0]] if {
	contains(image.repository, "ubi")
} else := 31 if {
	# The suite that the golang image had: docker-library moved to bookworm with 1.20.5 and to trixie with 1.24.6 and 1.25.
	go_minor(image) < 20
	not contains(image.tag, "-")
} else := 36 if {
	go_minor(image) in {21, 22}
	not contains(image.tag, "-")
} else := 41 if {
	go_minor(image) >= 25
	not contains(image.tag, "-")
}
