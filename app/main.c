/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window's entry point. */
#include "base/sb-home.h"
#include "sb-application.h"

#include <signal.h>

int
main (int argc, char **argv)
{
  /* a write that fails is told; it does not end the program */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
  signal (SIGCHLD, SIG_DFL); /* whoever started us may ignore it: then nobody tells how a child ended */
  sb_home_settle ();
  g_set_application_name ("Sonobrush");
  g_autoptr (SbApplication) application = sb_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
