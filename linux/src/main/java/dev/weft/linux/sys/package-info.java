/** The system calls: the C library, its structs and error numbers, descriptors, addresses and socket options. It depends on nothing else here. */
package dev.weft.linux.sys;
