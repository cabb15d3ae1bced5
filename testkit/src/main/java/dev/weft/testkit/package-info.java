/** Time by hand, faults by seed, certificates, and the suite that every transport must pass. */
@org.jspecify.annotations.NullMarked
package dev.weft.testkit;
