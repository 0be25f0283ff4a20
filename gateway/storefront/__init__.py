"""The storefront's schema: what members see and do through shops and apps."""
