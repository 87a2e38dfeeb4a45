/** The devices of the bench: a process of their own that runs one load at a time. */
import { closeDevices, openDevices, runConnects, runExchanges } from './loads.ts';
import type { Device, Target } from './device.ts';
import { answerOrders } from './process-io.ts';
import type { Slice, WindowOptions } from './window.ts';

export type DevicesOrder =
  | { do: 'connects'; target: Target; lanes: number; window: WindowOptions }
  | { do: 'exchanges'; target: Target; connections: number; messageBytes: number; window: WindowOptions }
  | { do: 'hold'; target: Target; connections: number }
  | { do: 'drop' };

let held: Device[] = [];

answerOrders<DevicesOrder, Slice | undefined>(async (order) => {
  switch (order.do) {
    case 'connects':
      return runConnects(order.target, order.lanes, order.window);
    case 'exchanges':
      return runExchanges(order.target, order.connections, order.messageBytes, order.window);
    case 'hold':
      held = await openDevices(order.target, order.connections);
      return undefined;
    case 'drop':
      await closeDevices(held);
      held = [];
      return undefined;
  }
});
