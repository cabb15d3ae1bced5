/** What several of Weft's modules share: one state machine, waits on one clock, logging, text of strangers, the exit of the process. */
package dev.weft.net.support;
