/** Stand-ins for the types of {@code dev.weft.rpc} that generated code names, just enough to compile it: that module is built with this one. */
package dev.weft.rpc;
