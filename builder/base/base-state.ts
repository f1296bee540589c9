/** Work that is left to do for a base before nodes are made from it. */
export type BaseState =
  /** It lies in the cache. */
  | 'cached'
  /** It is built from packages. */
  | 'build'
  | 'download'
  /** It is here, packed. */
  | 'unpack'
  /** It is used where it lies. */
  | 'in-place';
