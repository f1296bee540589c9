/** The way in which nodes come into being. The formats that are built decide it, not the definition. */
export interface Delivery {
  /** True when one image is for all nodes, and each node's own files come from a seed volume; false for an image each. */
  readonly isSeeded: boolean;
  /** True for machines that Vagrant makes. */
  readonly isVagrant: boolean;
}

/** An image for each board or machine. */
export const ownImages: Delivery = { isSeeded: false, isVagrant: false };
