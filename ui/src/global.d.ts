/** True while developing and in the browser tests' build: the simulated bench may be used. */
declare const __SIMULATED__: boolean;
