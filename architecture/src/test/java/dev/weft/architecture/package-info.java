/** Rules that hold in every module of the build, checked on its class files and sources. */
@org.jspecify.annotations.NullMarked
package dev.weft.architecture;
