"""Asking customers how it was, and hearing what they answer.

``planning`` finds whom to ask, ``asking`` sends it or says why not, ``answering`` takes what the customer says on the page
of their link, ``ending`` closes what nobody answered, ``outside`` and ``files`` take scores from elsewhere. The words are
``templates`` and ``phrases``; what follows for the customer is told by ``next_steps``.
"""
