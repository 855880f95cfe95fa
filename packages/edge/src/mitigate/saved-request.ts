import type { SavedRequest } from "@egide/contract/mitigation-file.ts";
import { FEATURES, type FeatureName } from "#mitigate/features.ts";
import type { Observation } from "#mitigate/observation.ts";

/** Whoever asked is nobody's business on disk. */
const PERSONAL: ReadonlySet<FeatureName> = new Set(["address", "network"]);

type Ordinary = Pick<Observation, "weight" | "known" | "resource" | "features">;

export function toSaved({ weight, known, resource, features }: Ordinary): SavedRequest {
  const named: Record<string, string> = {};
  for (const [place, { name }] of FEATURES.entries()) {
    const value = features[place] as string;
    if (value !== "" && !PERSONAL.has(name)) named[name] = value;
  }
  return { weight, known, resource, features: named };
}

/** Features have names in files: their order may change from one version to the next. */
export function fromSaved({ weight, known, resource, features }: SavedRequest): Ordinary {
  return { weight, known, resource, features: FEATURES.map(({ name }) => features[name] ?? "") };
}
