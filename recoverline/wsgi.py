import os

from django.core.wsgi import get_wsgi_application

from recoverline.lib.threads import let_waiting_threads_in

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recoverline.settings")
# Nobody waits longer for a page, and eight stuck requests would be all that the web process has threads for.
os.environ.setdefault("DATABASE_STATEMENT_SECONDS", "30")
# A carrier's webhook must not wait for pages that are being drawn.
let_waiting_threads_in()
application = get_wsgi_application()
