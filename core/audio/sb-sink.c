/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which sink a session gets. */
#include "audio/sb-sink.h"
#include "sb-config.h"

#include <stdlib.h>
#include <string.h>

SbSink *
sb_sink_new_default (void)
{
  const char *wish = getenv ("SONOBRUSH_SINK");
  if (wish && strcmp (wish, "null") == 0)
    return sb_null_sink_new (NULL, 1);
  if (wish && strncmp (wish, "null:", 5) == 0)
    return sb_null_sink_new (wish + 5, 1);
#ifdef SB_HAVE_PORTAUDIO
  return sb_portaudio_sink_new ();
#else
  return sb_null_sink_new (NULL, 1);
#endif
}

void
sb_sink_free (SbSink *sink)
{
  if (sink)
    sink->klass->free (sink);
}
