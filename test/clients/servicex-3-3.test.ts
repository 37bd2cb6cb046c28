import { deliveries } from "./servicex-suite.ts";

deliveries("3.3.1");
