import { deliveries } from "./servicex-suite.ts";

deliveries("3.0.1");
