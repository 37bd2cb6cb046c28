import { deliveries } from "./servicex-suite.ts";

deliveries("2.6.2");
