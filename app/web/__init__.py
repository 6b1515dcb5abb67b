"""The skin: templates, assets, translations, forms, and how errors are shown."""
