import type { H1Case } from "./case.ts";
import { chunkCases } from "./h1/chunks.ts";
import { connectionCases } from "./h1/connection.ts";
import { fieldCases } from "./h1/fields.ts";
import { framingCases } from "./h1/framing.ts";
import { hopCases } from "./h1/hop.ts";
import { startLineCases } from "./h1/start-line.ts";
import { carriedCases } from "./h2/carried.ts";
import type { H2Case } from "./h2/case.ts";
import { frameCases } from "./h2/frames.ts";
import { malformedCases } from "./h2/malformed.ts";

export const h1Cases: readonly H1Case[] = [
  ...framingCases,
  ...chunkCases,
  ...startLineCases,
  ...fieldCases,
  ...hopCases,
  ...connectionCases,
];

export const h2Cases: readonly H2Case[] = [...malformedCases, ...carriedCases, ...frameCases];
