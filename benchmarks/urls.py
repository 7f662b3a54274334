from django.urls import path

from benchmarks.floor import one_indexed_query
from recovery.urls import urlpatterns as of_the_project

urlpatterns = [path("floor/<str:reference>", one_indexed_query), *of_the_project]
