import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recoverline.settings")
# Nobody waits longer for a page, and eight stuck requests would be all that the web process has threads for.
os.environ.setdefault("DATABASE_STATEMENT_SECONDS", "30")
application = get_wsgi_application()
