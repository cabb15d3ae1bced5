/** What the tests of every module are run with. */
@org.jspecify.annotations.NullMarked
package dev.weft.testsupport;
