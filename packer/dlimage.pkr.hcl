# Makes nodes of a cloud image. `dlimage packer` puts a copy of this file into a private folder, writes
# dlimage.auto.pkrvars.json beside it, and runs `packer build` there. Packer 1.6 and today's read it alike; what only
# today's Packer knows is in plugins/.

variable "name" {
  type        = string
  description = "Name of the image: the cluster's, or a node's."
}

variable "image" {
  type        = string
  description = "The cloud image, raw or qcow2, with cloud-init and an ssh server. For qemu."
}

variable "image_checksum" {
  type        = string
  description = "Checksum of the image, like sha256:..., or none."
}

variable "ovf" {
  type        = string
  description = "The same as an OVF with its VMDK. For virtualbox-ovf."
}

variable "overlay" {
  type        = string
  description = "Tar of the files that go into the image."
}

variable "seed" {
  type        = list(string)
  description = "user-data and meta-data, by which the image lets Packer in while it is made. For qemu."
}

variable "seed_iso" {
  type        = string
  description = "The same as an ISO volume with the label CIDATA. For virtualbox-ovf."
}

variable "ssh_private_key_file" {
  type        = string
  description = "Key of the user that the seed makes; neither is left in the finished image."
}

variable "output_directory" {
  type        = string
  description = "Where the results go; must not hold any yet."
}

variable "console_log" {
  type        = string
  description = "File that gets what the machine prints on its serial console."
}

variable "disk_mb" {
  type        = number
  description = "Size of the disk in MiB. For qemu."
}

variable "memory_mb" {
  type        = number
  description = "Memory of the machine in MiB, while the image is made."
}

variable "cpus" {
  type        = number
  description = "Processors of the machine, while the image is made."
}

variable "accelerator" {
  type        = string
  description = "kvm, hvf or tcg. For qemu."
}

variable "cpu_model" {
  type        = string
  description = "A processor of QEMU's, like host."
}

variable "uefi_firmware" {
  type        = string
  description = "Firmware in one file, like /usr/share/ovmf/OVMF.fd. For qemu.uefi."
}

variable "timeout" {
  type        = string
  description = "How long the machine may take to let Packer in, and to switch itself off."
}

source "qemu" "bios" {
  iso_url          = var.image
  iso_checksum     = var.image_checksum
  disk_image       = true
  disk_size        = "${var.disk_mb}M"
  disk_interface   = "virtio"
  disk_cache       = "unsafe"
  disk_discard     = "unmap"
  format           = "qcow2"
  net_device       = "virtio-net"
  accelerator      = var.accelerator
  memory           = var.memory_mb
  cpus             = var.cpus
  headless         = true
  disable_vnc      = true
  cd_label         = "CIDATA"
  cd_files         = var.seed
  output_directory = "${var.output_directory}/bios"
  vm_name          = "${var.name}.qcow2"

  # No screen that others of this computer could look at, and no door for others of its network.
  qemuargs = [
    ["-cpu", var.cpu_model],
    ["-serial", "file:${var.console_log}"],
    ["-display", "none"],
    ["-vnc", "none"],
    ["-netdev", "user,id=user.0,hostfwd=tcp:127.0.0.1:{{ .SSHHostPort }}-:22"],
  ]

  # Packer may ask before the user is made.
  ssh_handshake_attempts = 1000

  ssh_username         = "dlimage-packer"
  ssh_private_key_file = var.ssh_private_key_file
  ssh_timeout          = var.timeout
  shutdown_command     = "sudo /usr/local/sbin/dlimage-packer-end"
  shutdown_timeout     = var.timeout
}

source "qemu" "uefi" {
  iso_url          = var.image
  iso_checksum     = var.image_checksum
  disk_image       = true
  disk_size        = "${var.disk_mb}M"
  disk_interface   = "virtio"
  disk_cache       = "unsafe"
  disk_discard     = "unmap"
  format           = "qcow2"
  net_device       = "virtio-net"
  accelerator      = var.accelerator
  memory           = var.memory_mb
  cpus             = var.cpus
  headless         = true
  disable_vnc      = true
  cd_label         = "CIDATA"
  cd_files         = var.seed
  output_directory = "${var.output_directory}/uefi"
  vm_name          = "${var.name}.qcow2"

  qemuargs = [
    ["-cpu", var.cpu_model],
    ["-serial", "file:${var.console_log}"],
    ["-display", "none"],
    ["-vnc", "none"],
    ["-netdev", "user,id=user.0,hostfwd=tcp:127.0.0.1:{{ .SSHHostPort }}-:22"],
    ["-bios", var.uefi_firmware],
  ]

  # Packer may ask before the user is made.
  ssh_handshake_attempts = 1000

  ssh_username         = "dlimage-packer"
  ssh_private_key_file = var.ssh_private_key_file
  ssh_timeout          = var.timeout
  shutdown_command     = "sudo /usr/local/sbin/dlimage-packer-end"
  shutdown_timeout     = var.timeout
}

source "virtualbox-ovf" "vendor" {
  source_path          = var.ovf
  vm_name              = var.name
  headless             = true
  guest_additions_mode = "disable"
  output_directory     = "${var.output_directory}/virtualbox"

  # Packer 1.6 has no cd_files here.
  vboxmanage = [
    ["modifyvm", "{{ .Name }}", "--memory", "${var.memory_mb}", "--cpus", "${var.cpus}"],
    ["storagectl", "{{ .Name }}", "--name", "seed", "--add", "ide"],
    ["storageattach", "{{ .Name }}", "--storagectl", "seed", "--port", "0", "--device", "0", "--type", "dvddrive", "--medium", var.seed_iso],
  ]
  vboxmanage_post = [["storagectl", "{{ .Name }}", "--name", "seed", "--remove"]]

  # Packer may ask before the user is made.
  ssh_handshake_attempts = 1000

  ssh_username         = "dlimage-packer"
  ssh_private_key_file = var.ssh_private_key_file
  ssh_timeout          = var.timeout
  shutdown_command     = "sudo /usr/local/sbin/dlimage-packer-end"
  shutdown_timeout     = var.timeout
}

build {
  sources = ["source.qemu.bios", "source.qemu.uefi", "source.virtualbox-ovf.vendor"]

  # Into the home of the user, which goes with the user; /tmp is in memory.
  provisioner "file" {
    source      = var.overlay
    destination = "dlimage-overlay.tar"
  }

  provisioner "shell" {
    script          = "${path.root}/provision.sh"
    execute_command = "sudo sh {{ .Path }} \"$HOME/dlimage-overlay.tar\""
  }

  # The box, and its checksum.
  post-processors {
    post-processor "vagrant" {
      output               = "${var.output_directory}/${var.name}.${source.name}.box"
      vagrantfile_template = "${path.root}/vagrant/box.Vagrantfile"
      compression_level    = 1
      keep_input_artifact  = true
    }
    post-processor "checksum" {
      checksum_types      = ["sha256"]
      output              = "${var.output_directory}/${var.name}.${source.name}.box.{{ .ChecksumType }}"
      keep_input_artifact = true
    }
  }

  # The checksum of the disk.
  post-processor "checksum" {
    checksum_types      = ["sha256"]
    output              = "${var.output_directory}/${var.name}.${source.name}.{{ .ChecksumType }}"
    keep_input_artifact = true
  }
}
