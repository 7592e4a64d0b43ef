/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two pools: one draws pictures on every processor, the other opens and
 * exports.  A file may go into the window in front unless that would lose
 * edits; then it gets a window of its own, and so do all but the first of several. */
#include "sb-application.h"
#include "base/sb-pool.h"
#include "base/sb-temp-file.h"
#include "sb-config.h"
#include "ui/sb-edits-loader.h"
#include "ui/sb-window.h"

enum { N_JOB_THREADS = 4 };

struct _SbApplication {
  AdwApplication parent;
  SbPool *pool, *jobs;
  char *demo; /* NULL: not found */
};

G_DEFINE_TYPE (SbApplication, sb_application, ADW_TYPE_APPLICATION)

/* From SONOBRUSH_DEMO, the installed data, or the tree the program was built in. */
static char *
find_demo (void)
{
  const char *named = g_getenv ("SONOBRUSH_DEMO");
  if (named)
    return g_file_test (named, G_FILE_TEST_IS_REGULAR) ? g_strdup (named) : NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *bin = g_path_get_dirname (program ? program : ".");
  g_autofree char *in_tree = g_build_filename (bin, "..", "..", "data", NULL);
  const char *const folders[] = {SB_DATA_DIR, in_tree};
  for (size_t f = 0; f < G_N_ELEMENTS (folders); f++) {
    g_autofree char *path = g_build_filename (folders[f], "demo", "garden-interview.flac", NULL);
    g_autofree char *plain = g_canonicalize_filename (path, NULL);
    if (g_file_test (plain, G_FILE_TEST_IS_REGULAR))
      return g_steal_pointer (&plain);
  }
  return NULL;
}

static SbWindow *
new_window (SbApplication *self)
{
  return SB_WINDOW (sb_window_new (GTK_APPLICATION (self), self->pool, self->jobs, self->demo != NULL));
}

static SbWindow *
window_for_file (SbApplication *self, const char *path)
{
  GtkWindow *active = gtk_application_get_active_window (GTK_APPLICATION (self));
  if (active && gtk_window_get_transient_for (active))
    active = gtk_window_get_transient_for (active);
  if (SB_IS_WINDOW (active) && (sb_is_edits_file (path) || sb_window_is_free (SB_WINDOW (active))))
    return SB_WINDOW (active);
  return new_window (self);
}

/* Several at once: each has a window of its own. */
static void
open_path (SbApplication *self, const char *path, bool beside)
{
  SbWindow *window = beside && !sb_is_edits_file (path) ? new_window (self) : window_for_file (self, path);
  gtk_window_present (GTK_WINDOW (window));
  sb_window_open (window, path);
}

/* --- actions --- */

static void
act_open (GSimpleAction *action, GVariant *parameter, void *data)
{
  g_autofree const char **paths = g_variant_get_strv (parameter, NULL);
  int n_opened = 0;
  for (int i = 0; paths[i]; i++) {
    g_autoptr (GFile) file = g_file_new_for_commandline_arg (paths[i]);
    g_autofree char *path = g_file_get_path (file);
    if (path)
      open_path (data, path, n_opened++ > 0);
  }
}

static void
act_demo (GSimpleAction *action, GVariant *parameter, void *data)
{
  SbApplication *self = data;
  if (self->demo)
    open_path (self, self->demo, false);
}

static void
act_quit (GSimpleAction *action, GVariant *parameter, void *data)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (data)));
  for (GList *w = windows; w; w = w->next)
    if (SB_IS_WINDOW (w->data))
      gtk_window_close (w->data);
}

static void
act_appearance (GSimpleAction *action, GVariant *parameter, void *data)
{
  const char *name = g_variant_get_string (parameter, NULL);
  AdwColorScheme scheme = g_str_equal (name, "light")  ? ADW_COLOR_SCHEME_FORCE_LIGHT
                          : g_str_equal (name, "dark") ? ADW_COLOR_SCHEME_FORCE_DARK
                                                       : ADW_COLOR_SCHEME_DEFAULT;
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), scheme);
  g_simple_action_set_state (action, g_variant_new_string (scheme == ADW_COLOR_SCHEME_DEFAULT ? "system" : name));
}

static void
act_about (GSimpleAction *action, GVariant *parameter, void *data)
{
  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (data)), "application-name", "Sonobrush",
                         "application-icon", SB_APP_ID, "version", SB_VERSION, "license-type", GTK_LICENSE_GPL_3_0,
                         "comments", "Paint the noise out of a recording", "developer-name", "The Sonobrush project",
                         NULL);
}

static void
add_actions (SbApplication *self)
{
  static const GActionEntry entries[] = {
      {.name = "open", .activate = act_open, .parameter_type = "as"},
      {.name = "demo", .activate = act_demo},
      {.name = "quit", .activate = act_quit},
      {.name = "about", .activate = act_about},
      {.name = "appearance", .activate = act_appearance, .parameter_type = "s", .state = "'system'"},
  };
  static const struct {
    const char *action;
    const char *const keys[3];
  } accelerators[] = {
      {"win.open", {"<Control>o"}},
      {"win.save-project-as", {"<Control>s"}},
      {"win.export", {"<Control><Shift>e"}},
      {"win.undo", {"<Control>z"}},
      {"win.redo", {"<Control><Shift>z", "<Control>y"}},
    {"win.mark", {"<Control>m"}},
    {"win.export-picture", {"<Control><Shift>p"}},
    {"win.copy-picture", {"<Control><Shift>c"}},
    {"win.go-to", {"<Control>g"}},
      {"win.fit", {"<Control>0", "<Control>KP_0"}},
      {"win.panel", {"F9"}},
      {"win.show-help-overlay", {"<Control>question", "F1"}},
      {"window.close", {"<Control>w"}},
      {"app.quit", {"<Control>q"}},
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  for (size_t i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accelerators[i].action, accelerators[i].keys);
}

/* --- the life of the application --- */

static void
sb_application_startup (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);
  G_APPLICATION_CLASS (sb_application_parent_class)->startup (application);
  self->pool = sb_pool_new (0);
  self->jobs = sb_pool_new (N_JOB_THREADS);
  self->demo = find_demo ();
  gtk_window_set_default_icon_name (SB_APP_ID);
  /* Whole-pixel font metrics: wrapped labels otherwise ask for a pixel more or less by the way they are measured. */
  g_object_set (gtk_settings_get_default (), "gtk-hint-font-metrics", TRUE, NULL);
  add_actions (self);
}

static void
sb_application_activate (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));
  if (!window)
    window = GTK_WINDOW (sb_window_new (GTK_APPLICATION (self), self->pool, self->jobs, self->demo != NULL));
  gtk_window_present (window);
}

static void
sb_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  int n_opened = 0;
  for (int i = 0; i < n_files; i++) {
    g_autofree char *path = g_file_get_path (files[i]);
    if (path)
      open_path (SB_APPLICATION (application), path, n_opened++ > 0);
    else
      g_application_activate (application);
  }
}

/* After the main loop's last round: what came from a worker may have held the last reference to a session, which waits
 * for its jobs in the pool.  The other pool is left to the process's end: a decoder that never returns must not keep
 * the program from leaving.  What is being saved there, windows have waited for before they closed; an export
 * that was stopped may still have its temporary file. */
static void
sb_application_finalize (GObject *object)
{
  SbApplication *self = SB_APPLICATION (object);
  sb_pool_free (self->pool);
  sb_temp_file_remove_all ();
  g_free (self->demo);
  G_OBJECT_CLASS (sb_application_parent_class)->finalize (object);
}

static void
sb_application_class_init (SbApplicationClass *class)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (class);
  G_OBJECT_CLASS (class)->finalize = sb_application_finalize;
  application_class->startup = sb_application_startup;
  application_class->activate = sb_application_activate;
  application_class->open = sb_application_open;
}

static void
sb_application_init (SbApplication *self)
{
}

SbApplication *
sb_application_new (void)
{
  return g_object_new (SB_TYPE_APPLICATION, "application-id", SB_APP_ID, "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/io/github/sonobrush/Sonobrush", NULL);
}
