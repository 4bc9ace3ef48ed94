/* The wall clock is wrong by CLOCK_SKEW_SECONDS for the program that this is loaded before. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *at) {
  const char *seconds = getenv("CLOCK_SKEW_SECONDS");
  int failed = syscall(SYS_clock_gettime, clock, at);
  if (!failed && seconds && clock == CLOCK_REALTIME) at->tv_sec += atol(seconds);
  return failed;
}
