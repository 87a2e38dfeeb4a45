// A filter that does too much while it starts: only logging is allowed there.
import * as env from './env';

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(_size: usize): usize {
  return 0;
}

export function _initialize(): void {
  env.proxy_log(2, 0, 0);
  env.proxy_set_tick_period_milliseconds(1);
}
