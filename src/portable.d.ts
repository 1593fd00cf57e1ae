/** Names of AssemblyScript's number types, for the constants both sides import from assembly/runtime. */
declare type u32 = number;
declare type i32 = number;
declare type f64 = number;
