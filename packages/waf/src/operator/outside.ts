import type { OperatorFactory } from "#operator/operator.ts";

/** `@geoLookup`: fills GEO for the address from what the host knows; matches where it knows something. */
export const geoLookup: OperatorFactory = (argument) => ({
  name: "geolookup",
  argument,
  pure: false,
  test: (value, scope) => scope.locate(value),
});

/** `@rbl zone`: a DNS block list. The host answers from what it has at hand; nothing here waits. */
export const rbl: OperatorFactory = (argument, load) => {
  if (argument === "") load.fail("@rbl wants a zone");
  return {
    name: "rbl",
    argument,
    pure: false,
    test: (value, scope) => scope.listed(argument, value),
  };
};
