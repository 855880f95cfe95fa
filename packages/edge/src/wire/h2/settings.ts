import {
  DEFAULT_WINDOW,
  FLOW_CONTROL_ERROR,
  MAX_FRAME,
  MAX_WINDOW,
  NO_ERROR,
  PROTOCOL_ERROR,
} from "#wire/h2/constants.ts";

/** Parameters (RFC 9113, section 6.5.2; RFC 9218, section 2.1). */
export const SETTING_HEADER_TABLE_SIZE = 0x1;
export const SETTING_ENABLE_PUSH = 0x2;
export const SETTING_MAX_CONCURRENT_STREAMS = 0x3;
const SETTING_INITIAL_WINDOW_SIZE = 0x4;
const SETTING_MAX_FRAME_SIZE = 0x5;
export const SETTING_MAX_HEADER_LIST_SIZE = 0x6;
export const SETTING_NO_RFC7540_PRIORITIES = 0x9;

/** What a peer told about itself; the values that hold before it tells anything. */
export class PeerSettings {
  headerTableSize = 4096;
  maxConcurrentStreams = Number.POSITIVE_INFINITY;
  initialWindow = DEFAULT_WINDOW;
  maxFrame = MAX_FRAME;

  /** Takes the parameters of one SETTINGS frame in order; answers an error code. */
  apply(bytes: Uint8Array, at: number, end: number, fromServer: boolean): number {
    for (let p = at; p < end; p += 6) {
      const id = ((bytes[p] as number) << 8) | (bytes[p + 1] as number);
      const value =
        (bytes[p + 2] as number) * 0x100_0000 +
        (((bytes[p + 3] as number) << 16) |
          ((bytes[p + 4] as number) << 8) |
          (bytes[p + 5] as number));
      const error = this.#set(id, value, fromServer);
      if (error !== NO_ERROR) return error;
    }
    return NO_ERROR;
  }

  #set(id: number, value: number, fromServer: boolean): number {
    switch (id) {
      case SETTING_HEADER_TABLE_SIZE:
        this.headerTableSize = value;
        break;
      case SETTING_ENABLE_PUSH:
        // A server must not ask to be pushed to (RFC 9113, section 6.5.2).
        if (value > 1 || (fromServer && value !== 0)) return PROTOCOL_ERROR;
        break;
      case SETTING_MAX_CONCURRENT_STREAMS:
        this.maxConcurrentStreams = value;
        break;
      case SETTING_INITIAL_WINDOW_SIZE:
        if (value > MAX_WINDOW) return FLOW_CONTROL_ERROR;
        this.initialWindow = value;
        break;
      case SETTING_MAX_FRAME_SIZE:
        if (value < MAX_FRAME || value > 0xff_ffff) return PROTOCOL_ERROR;
        this.maxFrame = value;
        break;
      default:
    }
    return NO_ERROR;
  }
}
