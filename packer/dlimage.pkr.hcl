# Makes nodes of a vendor's cloud image: `dlimage packer` writes dlimage.auto.pkrvars.json beside a copy of this file and
# runs `packer build` there. Plain HCL that Packer 1.6 and today's read alike; what today's wants besides is in plugins/.

variable "name" {
  type        = string
  description = "Name of the image: the cluster's, or a node's."
}

variable "image" {
  type        = string
  description = "The vendor's cloud image, a file or an address: qcow2 or raw, with cloud-init."
}

variable "image_checksum" {
  type        = string
  description = "Checksum of the image, like sha256:..., or none."
}

variable "ovf" {
  type        = string
  description = "The vendor's image for VirtualBox; only for virtualbox-ovf.vendor."
}

variable "overlay" {
  type        = string
  description = "Tar with the files that go into the image."
}

variable "seed" {
  type        = list(string)
  description = "user-data and meta-data, by which the image lets Packer in while it is made."
}

variable "ssh_private_key_file" {
  type        = string
  description = "Key of the user that the seed makes; both are gone from the finished image."
}

variable "packages" {
  type        = list(string)
  description = "Debian packages that nodes need; those that are there already are not asked for."
}

variable "output_directory" {
  type        = string
  description = "Where the results go; it must not exist."
}

variable "disk_mb" {
  type        = number
  description = "Size of the disk in MiB."
}

variable "memory_mb" {
  type = number
}

variable "cpus" {
  type = number
}

variable "accelerator" {
  type        = string
  description = "kvm, tcg, hvf or whpx."
}

variable "cpu_model" {
  type = string
}

variable "uefi_firmware" {
  type        = string
  description = "Firmware for qemu.uefi, like /usr/share/ovmf/OVMF.fd."
}

variable "timeout" {
  type        = string
  description = "How long the image may take to let Packer in."
}

source "qemu" "bios" {
  iso_url              = var.image
  iso_checksum         = var.image_checksum
  disk_image           = true
  disk_size            = "${var.disk_mb}M"
  disk_interface       = "virtio"
  net_device           = "virtio-net"
  format               = "qcow2"
  accelerator          = var.accelerator
  memory               = var.memory_mb
  cpus                 = var.cpus
  headless             = true
  cd_label             = "CIDATA"
  cd_files             = var.seed
  qemuargs             = [["-cpu", var.cpu_model], ["-serial", "file:${var.output_directory}-bios.log"]]
  ssh_username         = "dlimage-packer"
  ssh_private_key_file = var.ssh_private_key_file
  ssh_timeout          = var.timeout
  shutdown_command     = "sudo /usr/local/sbin/dlimage-packer-end"
  shutdown_timeout     = var.timeout
  output_directory     = "${var.output_directory}/bios"
  vm_name              = "${var.name}.qcow2"
}

source "qemu" "uefi" {
  iso_url              = var.image
  iso_checksum         = var.image_checksum
  disk_image           = true
  disk_size            = "${var.disk_mb}M"
  disk_interface       = "virtio"
  net_device           = "virtio-net"
  format               = "qcow2"
  accelerator          = var.accelerator
  memory               = var.memory_mb
  cpus                 = var.cpus
  headless             = true
  cd_label             = "CIDATA"
  cd_files             = var.seed
  qemuargs             = [["-cpu", var.cpu_model], ["-bios", var.uefi_firmware], ["-serial", "file:${var.output_directory}-uefi.log"]]
  ssh_username         = "dlimage-packer"
  ssh_private_key_file = var.ssh_private_key_file
  ssh_timeout          = var.timeout
  shutdown_command     = "sudo /usr/local/sbin/dlimage-packer-end"
  shutdown_timeout     = var.timeout
  output_directory     = "${var.output_directory}/uefi"
  vm_name              = "${var.name}.qcow2"
}

source "virtualbox-ovf" "vendor" {
  source_path          = var.ovf
  vm_name              = var.name
  headless             = true
  guest_additions_mode = "disable"
  vboxmanage           = [["modifyvm", "{{.Name}}", "--memory", "${var.memory_mb}", "--cpus", "${var.cpus}"]]
  ssh_username         = "dlimage-packer"
  ssh_private_key_file = var.ssh_private_key_file
  ssh_timeout          = var.timeout
  shutdown_command     = "sudo /usr/local/sbin/dlimage-packer-end"
  shutdown_timeout     = var.timeout
  output_directory     = "${var.output_directory}/virtualbox"
}

build {
  sources = ["source.qemu.bios", "source.qemu.uefi", "source.virtualbox-ovf.vendor"]

  provisioner "file" {
    source      = var.overlay
    destination = "/tmp/dlimage-overlay.tar"
  }

  provisioner "shell" {
    script           = "${path.root}/provision.sh"
    environment_vars = ["DLIMAGE_PACKAGES=${join(" ", var.packages)}"]
    execute_command  = "chmod +x {{ .Path }}; sudo env {{ .Vars }} {{ .Path }}"
  }

  post-processors {
    post-processor "vagrant" {
      output              = "${var.output_directory}/${var.name}.${source.name}.box"
      keep_input_artifact = true
      compression_level   = 1
    }
    post-processor "checksum" {
      checksum_types = ["sha256"]
      output         = "${var.output_directory}/${var.name}.${source.name}.box.{{.ChecksumType}}"
    }
  }

  post-processor "checksum" {
    checksum_types      = ["sha256"]
    output              = "${var.output_directory}/${var.name}.${source.name}.{{.ChecksumType}}"
    keep_input_artifact = true
  }
}
