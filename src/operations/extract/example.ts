import { gunzipSync } from "node:zlib";

/** Three latitudes, four longitudes and two days, as classic NetCDF made by `ncgen`. */
export const exampleNetcdf = gunzipSync(
  Buffer.from(
    [
      "H4sIAAAAAAACA3N2cWNkgAAuIGYG4Zz8PBCfBcxOLGGAirOUZOamAmkmBgTghquD6IGZxQNls5bmZZYU",
      "Q8RA+nhSUtOLUlOL41MTi0ug5nIAlfog2cUIxbjM4IWZkZdfVJIBEYeZE4LkTkaYnTjMEU1JrCxWKM7M",
      "S05VMDIwMNA1MAQihHlAfzHGgPSWIMSYkPwIAyC+BJBKAIagCIMcgwaEbgD7g5GJmYWVjZ2Dk4ubh5eP",
      "X0BQSFhEVExcAgCuylJ6eAEAAA==",
    ].join(""),
    "base64",
  ),
);
