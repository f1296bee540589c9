/** Errors in the journal that come from QEMU's machines and not from the image, with what QEMU lacks there. */
const noise: readonly { readonly missing: string; readonly pattern: RegExp }[] = [
  {
    missing: "most services of the Raspberry Pi's GPU firmware: GPIO expander, clocks, voltages, video",
    pattern:
      /kernel: (?:raspberrypi-exp-gpio|bcm2835-power|bcm2835_vchiq|raspberrypi-cpufreq|cpu cpu0: Cannot get clock|vc4[-_]\w+|pwrseq_simple|leds-gpio) /,
  },
  { missing: "the Raspberry Pi's Bluetooth chip", pattern: /kernel: (?:hci_uart_bcm|Bluetooth:) / },
  { missing: "the Raspberry Pi's Wi-Fi chip", pattern: /kernel: (?:brcmfmac|mmc1|sdhci-iproc)\b/ },
  {
    missing: 'the interrupt line of a timer that PCs no longer use',
    pattern: /kernel: \.\.MP-BIOS bug: 8254 timer/,
  },
];

/** The errors that remain when those of the emulated hardware are taken away. */
export function unexpectedErrors(errors: readonly string[]): string[] {
  return errors.filter((line) => !noise.some(({ pattern }) => pattern.test(line)));
}
