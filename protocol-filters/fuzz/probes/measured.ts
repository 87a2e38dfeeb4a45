// The product's filter, unchanged, with one more export: how many bytes of its memory are in use.
export * from '../../filter/index';
export { usedBytes } from '../../sdk/memory';
