"""What a component exports. A plugin has nothing to do with it: `build.py` names these classes."""
