/** Signals that Docker knows by name, without `SIG`. Source: moby/sys, signal/signal_linux.go. */
const signals =
  'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP ' +
  'TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ';

/** A signal as Docker reads it: a number or a name, in any case. */
export const signalShape = new RegExp(
  `^(?:0*[1-9]\\d*|(?:SIG)?(?:${signals.replaceAll(' ', '|')}|RTMIN(?:\\+(?:[1-9]|1[0-5]))?|RTMAX(?:-(?:[1-9]|1[0-4]))?))$`,
  'i',
);

/** Capabilities, without `CAP_`. Source: capabilities(7). */
const capabilities =
  'AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH ' +
  'FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN ' +
  'NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT ' +
  'SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM';

/** A capability as Docker reads it, in any case. Source: docker/cli, opts/capabilities.go. */
export const capabilityShape = new RegExp(
  `^(?:RESET|(?:CAP_)?(?:ALL|${capabilities.replaceAll(' ', '|')}))$`,
  'i',
);
