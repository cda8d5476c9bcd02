import WebSocket from 'ws';
import { base } from './rest.js';

/**
 * The network of one client: hands out its sockets, can cut the present one without a farewell, and while it is down
 * lets new ones fail to connect.
 */
export class Network {
  #down = false;
  #socket = null;

  /** The class to give the SDK as its WebSocket. */
  get WebSocket() {
    const network = this;
    return class extends WebSocket {
      constructor(address, protocols) {
        // Nothing listens on port 1: the connection is refused, as by a host that is not there.
        super(network.#down ? 'ws://127.0.0.1:1/' : address, protocols);
        network.#socket = this;
      }
    };
  }

  /** Cuts the connection as a broken cable would: no close frame. */
  cut() {
    this.#down = true;
    this.#socket?.terminate();
  }

  restore() {
    this.#down = false;
  }
}

export const endpoint = `${base.replace(/^http/, 'ws')}/connection/websocket`;
